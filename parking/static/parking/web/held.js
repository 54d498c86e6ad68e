// A place that is held and not paid yet is found again on the start page too, should this page be lost.

import { remember } from "./tickets.js";

const { held: id, plate, zone } = document.querySelector("[data-held]").dataset;

remember({ id, plate, zone });
