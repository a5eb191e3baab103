/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-boards.h"

#include "io/fx-target-file.h"

#include <gtk/gtk.h>

static const struct
{
  const char *id, *name;
} boards[] = {
  { "rdk-x3", "RDK X3" },     { "rdk-ultra", "RDK Ultra" }, { "rdk-x5", "RDK X5" },
  { "rdk-s100", "RDK S100" }, { "rdk-s100p", "RDK S100P" }, { "rdk-s600", "RDK S600" },
};

GListModel *
fx_boards_model (void)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    gtk_string_list_append (list, boards[i].name);
  return G_LIST_MODEL (list);
}

static guint
find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    if (g_strcmp0 (boards[i].id, id) == 0)
      return i;
  return G_N_ELEMENTS (boards);
}

guint
fx_boards_find (const char *id)
{
  guint i = find (id);

  return i < G_N_ELEMENTS (boards) ? i : find (FX_TARGET_DEFAULT);
}

const char *
fx_boards_id (guint index)
{
  return index < G_N_ELEMENTS (boards) ? boards[index].id : FX_TARGET_DEFAULT;
}
