// Makes version 2 out of version 1: three columns of every CSV file are kept. The lake knows by itself where it came from.
import { Dataset, Transform } from 'hms-dta';

const ds = await Dataset.open('WF-2024-07');
const clean = Transform.csvTrim(ds, { cols: ['timestamp', 'temp', 'pm25'] });
await clean.commit('Removed unused columns', { tags: ['clean'] });
console.log(clean.versionId); // → WF-2024-07:v2
