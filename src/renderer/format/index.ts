export { FormatContext, formatsOf, useFormats } from './context.ts';
export type { Formats } from './context.ts';
export { datesOf } from './dates.ts';
export { numbersOf } from './numbers.ts';
export { brief, folderOf, middle, nameOf } from './paths.ts';
