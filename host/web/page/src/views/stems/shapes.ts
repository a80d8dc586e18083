// What the server says of recordings and separations.

import type { Schemas } from "../../api/types";

export type Recording = Schemas["Recording"];
export type Peaks = Schemas["Peaks"];
export type Models = Schemas["Models"];
export type ModelSetting = Schemas["ModelSetting"];
/** What is not said is the model's own. */
export type Separation = Pick<Schemas["Separation"], "recording"> & Partial<Schemas["Separation"]>;
export type SeparationPlan = Schemas["SeparationPlan"];
