export { JsonError, MAX_JSON_DEPTH, MAX_JSON_TOKEN_BYTES, type JsonHandler } from './json-handler.ts';
export { JsonTokens } from './json-stream.ts';
export { InventoryReader, MAX_INVENTORY_FINDINGS, type InventoryEvents, type InventoryField, type VersionField } from './inventory-read.ts';
export { HeadStateCollector, type HeadState, type HeadStateResult } from './head-state.ts';
export {
  inventoryText,
  INVENTORY_DIGEST_ALGORITHM,
  INVENTORY_TYPE,
  type DigestBlock,
  type Inventory,
  type InventoryHeader,
  type InventoryUser,
  type InventoryVersion,
} from './inventory-write.ts';
export { InventoryRewriter, nextInventory } from './inventory-rewrite.ts';
export type { NextVersion } from './next-version.ts';
export { continuedInventory, type VersionChange } from './inventory-continue.ts';
export type { DigestPath } from './merged-block.ts';
export { DigestList } from './digest-list.ts';
export { HeldDigestsCollector, type HeldDigestsResult } from './held-digests.ts';
export { ContentPathMapper, encodeSegment, MAX_CONTENT_PATH_BYTES, MAX_SEGMENT_BYTES, type TakenNames } from './content-path.ts';
export {
  INVENTORY_NAME,
  LAYOUT_CONFIG,
  LAYOUT_EXTENSION,
  OBJECT_DECLARATION,
  objectPath,
  ROOT_DECLARATION,
  ROOT_LAYOUT,
  SIDECAR_NAME,
  sidecarText,
  STORAGE_ROOT_FILES,
  STORE_LAYOUT,
  type FixedFile,
  type TupleLayout,
} from './layout.ts';
export { diffStates, type Change } from './diff.ts';
export { fileThatIsAlsoFolder, isContentPath, isLogicalPath } from './grammar.ts';
