// What there is to separate with, asked for when the view opens.

import { ask } from "../../state/studio.svelte";
import { refusalText } from "../../state/toasts.svelte";
import type { ModelSetting, Models } from "./shapes";

export interface Choice {
  reference: string;
  name: string;
  about: string;
  stems: string[];
  isDescribed: boolean;
  settings: ModelSetting[];
  problem: string;
}

export const models: { list: Choice[]; error: string } = $state({ list: [], error: "" });

export async function look(): Promise<void> {
  try {
    const { built_in, models: found } = await ask<Models>("GET", "/api/models");
    models.list = [
      ...built_in.map(({ reference, about, stems, settings }) => ({
        reference, name: reference, about, stems, settings, isDescribed: false, problem: "",
      })),
      ...found.map(({ reference, id, stems, complement, described, problem }) => ({
        reference, name: id, about: "", stems: complement ? [...stems, complement] : stems, settings: [], isDescribed: described, problem: problem ?? "",
      })),
    ];
    models.error = "";
  } catch (error) {
    models.error = refusalText(error);
  }
}
