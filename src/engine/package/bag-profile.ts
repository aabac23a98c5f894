/**
 * The BagIt Profile (bagit-profiles specification 1.4.0) that every package keeps, copied into each because nobody who checks one may have a network. docs/formats/export.md section 3.1.
 */

/** Names this profile in this version; it is a name, not a place. */
export const PROFILE_IDENTIFIER = 'urn:hms:bagit-profile:export:1.0';

const profile = {
  'BagIt-Profile-Info': {
    'BagIt-Profile-Identifier': PROFILE_IDENTIFIER,
    'BagIt-Profile-Version': '1.4.0',
    'Source-Organization': 'HMS-DTA',
    'External-Description': 'Versions of datasets exported from a records lake, with their provenance and a signature over tagmanifest-sha256.txt.',
    Version: '1.0',
  },
  'Bag-Info': {
    'Source-Organization': { required: false, repeatable: false },
    'Bagging-Date': { required: true, repeatable: false },
    'Payload-Oxum': { required: true, repeatable: false },
    'External-Identifier': { required: true, repeatable: true, description: 'The versions that are in the bag, as in WF-2024-07:v1.' },
    'Bagging-Software-Agent': { required: true, repeatable: false },
    'BagIt-Profile-Identifier': { required: true, repeatable: false, values: [PROFILE_IDENTIFIER] },
    'External-Description': { required: false, repeatable: false, description: 'There where the bag holds a selection of files, and says so.' },
  },
  'Manifests-Required': ['sha256'],
  'Manifests-Allowed': ['sha256'],
  'Tag-Manifests-Required': ['sha256'],
  'Tag-Manifests-Allowed': ['sha256'],
  'Tag-Files-Required': ['Provenance.txt', 'VERIFY.txt', 'bagit-profile.json'],
  'Tag-Files-Allowed': [
    'Provenance.txt',
    'VERIFY.txt',
    'bagit-profile.json',
    'names.csv',
    'nara-metadata.psv',
    'nara-file-list.psv',
    'selection.json',
    'versions.csv',
    'provenance/*',
    'signatures/*',
  ],
  'Payload-Files-Required': [],
  'Payload-Files-Allowed': ['data/*'],
  'Allow-Fetch.txt': false,
  'Fetch.txt-Required': false,
  'Data-Empty': false,
  Serialization: 'optional',
  'Accept-Serialization': ['application/zip'],
  'Accept-BagIt-Version': ['1.0'],
};

export const BAG_PROFILE = `${JSON.stringify(profile, null, 2)}\n`;
