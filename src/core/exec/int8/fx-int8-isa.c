/* Which instruction sets are compiled in, which one runs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-isa.h"

#include "core/fx-error.h"

#include <string.h>

const FxInt8Isa *const fx_int8_isas[] = {
#ifdef __x86_64__
  &fx_int8_avx512vnni, &fx_int8_avx512bw,
  &fx_int8_avx2,
#endif
#ifdef __aarch64__
  &fx_int8_neon,
#endif
  &fx_int8_scalar,     NULL,
};

gboolean
fx_int8_has_scalar (void)
{
  return TRUE;
}

#ifdef __x86_64__
gboolean
fx_int8_has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2");
}

gboolean
fx_int8_has_avx512bw (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq");
}

gboolean
fx_int8_has_avx512vnni (void)
{
  return fx_int8_has_avx512bw () && __builtin_cpu_supports ("avx512vnni");
}
#endif

#ifdef __aarch64__
gboolean
fx_int8_has_neon (void)
{
  return TRUE; /* every aarch64 has it */
}
#endif

static const FxInt8Isa *
find (const char *name)
{
  for (guint i = 0; fx_int8_isas[i] != NULL; i++)
    if (strcmp (fx_int8_isas[i]->name, name) == 0)
      return fx_int8_isas[i];
  return NULL;
}

static const FxInt8Isa *
best (void)
{
  guint i = 0;

  while (!fx_int8_isas[i]->supported ())
    i++;
  return fx_int8_isas[i];
}

const FxInt8Isa *
fx_int8_isa_choose (const char *name, GError **error)
{
  const FxInt8Isa *isa;

  if (name == NULL || *name == '\0')
    name = g_getenv ("FX_ISA");
  if (name == NULL || *name == '\0')
    return best ();
  isa = find (name);
  if (isa == NULL)
    {
      g_autoptr (GString) names = g_string_new (NULL);

      for (guint i = 0; fx_int8_isas[i] != NULL; i++)
        g_string_append_printf (names, "%s%s", i == 0 ? "" : ", ", fx_int8_isas[i]->name);
      fx_fail (error, FX_ERROR_UNSUPPORTED, "instruction set \"%s\" is not one of %s", name, names->str);
      return NULL;
    }
  if (!isa->supported ())
    {
      fx_fail (error, FX_ERROR_UNSUPPORTED, "this CPU lacks instruction set \"%s\"", name);
      return NULL;
    }
  return isa;
}

const FxInt8Isa *
fx_int8_isa_default (void)
{
  const FxInt8Isa *isa = fx_int8_isa_choose (NULL, NULL);

  return isa != NULL ? isa : best ();
}
