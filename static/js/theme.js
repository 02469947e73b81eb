// Runs before anything is drawn: the chosen theme and time form, and that there is JavaScript.
const page = document.documentElement;
page.classList.add("js");
const theme = localStorage.getItem("theme");
if (theme) page.dataset.bsTheme = theme;
if (localStorage.getItem("times") === "absolute") page.dataset.times = "absolute";
