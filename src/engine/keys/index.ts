export { certificatePem, fingerprintOf, keyIdOf, newKey, officerSigner, signatureVerifier, signerFrom } from './signer.ts';
export type { NewKey, OfficerSigner, Signer } from './signer.ts';
export { openKey, profileFolder, saveKey, station } from './profile.ts';
export { LEAST_PASSPHRASE, officerStore, refuseShort } from './officers.ts';
export type { Officer, OfficerStore } from './officers.ts';
export { needsPassphrase, pkcs12Of, readKeyFile } from './import-key.ts';
export type { KeyFile } from './import-key.ts';
export { encryptedPem } from './pkcs8.ts';
