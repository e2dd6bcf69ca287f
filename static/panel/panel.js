// Runs on every page: language, time zone, relative times.
import { offerCopies } from "./copy.js";
import "./submit.js";
import { rememberZone, tick } from "./time.js";

const shown = document.querySelector("[data-zone]");
if (shown) document.documentElement.lang = shown.lang; // Flask-Admin's <html> has none
rememberZone();
offerCopies();
tick();
setInterval(tick, 15_000);
