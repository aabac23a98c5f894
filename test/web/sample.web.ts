import { expect, test } from './fixture.ts';

test('the sample tells the month that it is at, can be stopped, and is opened as far as it came', async ({ page, program }) => {
  await page.goto(program.url);
  await page.getByRole('button', { name: 'Make the sample lake' }).click();
  await expect(page.getByText(/^Making [A-Z][a-z]+ 202[34]$/)).toBeVisible();
  await page.getByRole('button', { name: 'Stop: Making a sample lake' }).click();
  await page.getByRole('button', { name: 'Open the sample lake' }).click();
  await expect(page.getByRole('navigation', { name: 'Lake' })).toBeVisible();
  await expect(page.getByText('made the lake')).toBeVisible();
});
