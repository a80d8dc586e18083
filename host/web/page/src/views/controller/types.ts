// What operations with boards come to.

/** What `controller_pull` comes to. */
export interface Pulled {
  port: string;
  presets: { slot: number; bytes: number; file: string }[];
}

/** What `controller_push` comes to. */
export interface Pushed {
  slot: number;
  bytes: number;
  active: boolean;
  warnings: string[];
}
