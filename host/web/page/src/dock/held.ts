// The dock that is shown, for all who arrange it.

import type { DockviewApi } from "dockview";

export const held: { api: DockviewApi | undefined } = { api: undefined };

/** Below this width everything is one stack of tabs, which is nobody's arrangement. */
export const NARROW_PX = 700;
