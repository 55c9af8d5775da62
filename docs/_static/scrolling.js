// Whoever has no mouse reaches what scrolls sideways with the Tab key.
function reach() {
  for (const each of document.querySelectorAll("article .table-wrapper, article pre")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  }
}

addEventListener("load", reach);
addEventListener("resize", reach);
