/* Sorting of tables, and layers that are shown in plot and table at once. The page is complete without it.
 * No less-than sign and no ampersand, so that the page stays well-formed XML.
 * SPDX-License-Identifier: Apache-2.0 */
'use strict';

const number = cell => {
  const value = parseFloat(cell.dataset.value);
  return Number.isNaN(value) ? null : value;
};

const compare = (a, b, numeric, direction) => {
  if (!numeric)
    return direction * a.textContent.localeCompare(b.textContent);
  const x = number(a), y = number(b);
  if (x === null || y === null)
    return (x === null ? 1 : 0) - (y === null ? 1 : 0);
  return direction * (x - y);
};

for (const table of document.querySelectorAll('table.sortable')) {
  table.querySelectorAll('th').forEach((heading, column) => {
    const numeric = heading.classList.contains('n');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener('click', () => {
      const direction = heading.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      const body = table.tBodies[0];
      const rows = Array.from(body.rows);
      rows.sort((a, b) => compare(a.cells[column], b.cells[column], numeric, direction));
      table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      body.append(...rows);
    });
  });
}

for (const column of document.querySelectorAll('svg .column')) {
  const row = document.getElementById('layer-' + column.dataset.row);
  if (row === null)
    continue;
  const mark = on => {
    row.classList.toggle('marked', on);
    column.classList.toggle('marked', on);
  };
  for (const element of [row, column]) {
    element.addEventListener('mouseenter', () => mark(true));
    element.addEventListener('mouseleave', () => mark(false));
  }
  column.addEventListener('click', () => row.scrollIntoView({ block: 'center', behavior: 'smooth' }));
}
