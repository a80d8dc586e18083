// The hardware view without any hardware: it says so calmly, and works again when there is some.

import { expect, openView, picture, test } from "./studio.ts";

test("without MIDI everything says so, and nothing breaks", async ({ page }) => {
  await openView(page, "Controller");
  const inputs = page.getByRole("group", { name: "MIDI inputs" });
  await expect(inputs).toContainText("No MIDI input is there or awaited");
  await inputs.getByRole("button", { name: "Look again" }).press("Enter");
  const boards = page.getByRole("group", { name: "Ripieno boards" });
  await boards.getByRole("button", { name: "Look for boards" }).click();
  await expect(boards.getByRole("status")).toContainText("no MIDI here");
  await expect(page.getByRole("group", { name: "What comes in" })).toContainText("Nothing has come in yet");
  await picture(page, "controller");
});

test("what comes in can be held", async ({ page }) => {
  await openView(page, "Controller");
  const hold = page.getByRole("button", { name: "Hold" });
  await hold.press("Space");
  await expect(hold).toHaveAttribute("aria-pressed", "true");
});

test.describe("with a controller that is away", () => {
  test.use({ document: '[[devices]]\nid = "keys"\nname = "MPK mini"\n' });

  test("it is awaited", async ({ page }) => {
    await openView(page, "Controller");
    await expect(page.getByRole("group", { name: "MIDI inputs" }).getByRole("listitem")).toHaveText(/MPK mini\s*Away/);
  });
});
