// Profiles, language, health; what is known of the hardware.

import { expect, openView, picture, test } from "./studio.ts";

test("the studio is saved as a profile, opened again, and that is undone", async ({ page, api }) => {
  await openView(page, "Settings");
  const view = page.getByRole("region", { name: "Settings", exact: true }).last();
  await view.getByLabel("Name of a new profile").fill("Evening");
  await page.keyboard.press("Enter");
  const list = view.getByRole("list", { name: "Profiles" });
  await expect(list.locator("[aria-current]")).toContainText("Evening");
  await api("PATCH", "/api/piano/fx", { "reverb.mix": 0.5 });
  const mix = async () => (await api<Record<string, number>>("GET", "/api/piano/fx"))["reverb.mix"];
  await expect.poll(mix).toBe(0.5);
  await view.getByRole("button", { name: "Open the profile Evening" }).click();
  await expect.poll(mix).toBe(0);
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Undo" }).click();
  await expect.poll(mix).toBe(0.5);
  await picture(page, "settings");
});

test("a profile is not saved over without a word, and a bad name is refused", async ({ page, api }) => {
  await api("POST", "/api/profiles/Evening/save");
  await openView(page, "Settings");
  const view = page.getByRole("region", { name: "Settings", exact: true }).last();
  const name = view.getByLabel("Name of a new profile");
  await name.fill("evening");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Save over Evening?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
  await view.getByRole("button", { name: "Save the studio as Evening" }).click();
  await dialog.getByRole("button", { name: "Save over it" }).click();
  await expect(page.getByText("The studio is saved as Evening")).toBeVisible();
  await name.fill("a.b");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/a profile's name has 1 to 50/)).toBeVisible();
  await expect(name).toHaveValue("a.b");
});

test("the studio is checked, and another language is spoken at once", async ({ page }) => {
  await openView(page, "Settings");
  await page.getByRole("button", { name: "Check the studio" }).click();
  await expect(page.getByText("Nothing is wrong with the studio")).toBeVisible();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Italiano");
  await expect(page.getByRole("button", { name: "Controlla lo studio" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "it");
});
