// What a keyboard and a screen reader need beyond the theme.
window.addEventListener("load", () => {
  for (const caption of document.querySelectorAll("p.caption[role='heading']")) {
    caption.ariaLevel = "2";
  }
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");

  // What is wider than the page scrolls in its own place; a keyboard has to reach it, too.
  const reach = () => {
    for (const box of document.querySelectorAll("pre, .table-wrapper, div.math")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
      } else {
        box.removeAttribute("tabindex");
      }
    }
  };
  reach();
  window.addEventListener("resize", reach);
  window.MathJax?.startup?.promise?.then(reach);
});
