// Runs before anything is drawn: the chosen theme and time form, and that there is JavaScript.
const page = document.documentElement;
page.classList.add("js");
// What was chosen in this browser goes before what the settings say; "" is the system's theme.
const theme = localStorage.getItem("theme");
if (theme) page.dataset.bsTheme = theme;
else if (theme === "") delete page.dataset.bsTheme;
if (localStorage.getItem("times") === "absolute") page.dataset.times = "absolute";
