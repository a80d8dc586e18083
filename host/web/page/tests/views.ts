/** Every view that is no panel, by its English title. */
export const VIEWS = [
  "Properties", "Controller", "Instruments", "Effects", "Audio", "Stems", "Pipelines", "Settings", "Log",
] as const;
