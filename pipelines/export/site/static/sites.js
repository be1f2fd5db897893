"use strict";
// The start page: only the sites whose name has what was typed.
{
  const field = document.getElementById("filter");
  const rows = [...document.querySelectorAll("#site-table tbody tr")];
  const names = rows.map((row) => row.cells[0].textContent.toLowerCase());
  const count = document.getElementById("filter-count");
  const narrow = () => {
    const asked = field.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !names[place].includes(asked);
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = asked ? `${shown} of ${rows.length}` : "";
  };
  field.addEventListener("input", narrow);
  document.getElementById("filter-line").hidden = false;
  narrow();
}
