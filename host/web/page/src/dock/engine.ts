// What draws the dock, and its styles: half of the page, and loaded by itself.

import "dockview/dist/styles/dockview.css";
import "../style/dock.css";
export { createDockview } from "dockview";
