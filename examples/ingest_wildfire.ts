// Stores two files of sensor readings as version 1 of a new dataset. README.md in this folder says how to run it.
import { Dataset } from 'hms-dta';

const ds = await Dataset.create('WF-2024-07', { tags: ['raw'] });

for (const path of ['sensorA.csv', 'sensorB.csv']) {
  await ds.putFile(path); // copies it and computes its SHA-256
}

await ds.commit('Initial sensor dump'); // creates version v1
console.log(ds.versionId); // → WF-2024-07:v1
