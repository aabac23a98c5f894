export { certificatePem, fingerprintOf, keyIdOf, newKey, signatureVerifier, signerFrom } from './signer.ts';
export type { NewKey, Signer } from './signer.ts';
export { openKey, profileFolder, saveKey, station } from './profile.ts';
