import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { root } from '../places.mjs';
import { layers, ownedPackages, reasons } from './layers.mjs';

const declared = new Set(Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies));

/**
 * Says why the file `from` (a path such as "src/engine/lake/store.ts") may not import `specifier`, or null when it may.
 * Files outside src may import everything. Type imports are judged like others except where the reason is about running code.
 */
export function refusal(from, specifier, { typeOnly = false } = {}) {
  if (!from.startsWith('src/')) return null;
  const source = placeOf(from);
  const layer = layers[source.layer];
  if (layer === undefined) return `src/${source.layer} is not a layer: name it in scripts/lint/layers.mjs first, with what it may import`;
  if (specifier.startsWith('.')) return pathRefusal(source, layer, posix.join(posix.dirname(from), specifier), typeOnly);
  if (isBuiltin(specifier)) return builtinRefusal(layer, specifier);
  return packageRefusal(source, layer, packageName(specifier));
}

function placeOf(path) {
  const [, layer, ...rest] = path.split('/');
  const folder = layer === 'engine' && rest.length > 1 ? rest[0] : '';
  return { layer, folder, file: rest.join('/').replace(/\.(ts|js)$/, '') };
}

function pathRefusal(source, layer, path, typeOnly) {
  if (!path.startsWith('src/')) return reasons.outside;
  const target = placeOf(path);
  const auditing = source.layer === 'engine' && source.folder === 'audit' && target.layer === 'verify';
  if (target.layer !== source.layer && !layer.layers.includes(target.layer) && !auditing) return layer.why;
  return target.layer === 'engine' ? engineRefusal(source, target, typeOnly) : null;
}

function engineRefusal(source, target, typeOnly) {
  const isIndex = target.file === `${target.folder}/index`;
  if (source.layer !== 'engine') return target.folder === '' || isIndex ? null : reasons.frontDoor;
  if (source.folder === target.folder) return null;
  if (target.folder === 'workers') return typeOnly ? null : reasons.worker;
  if (source.folder === 'workers' && (['lake/durable', 'lake/durable-copy', 'lake/leaf-batch', 'clock'].includes(target.file))) return null;
  if (source.folder === '' || source.folder === 'api') {
    if (target.folder !== '') return isIndex ? null : reasons.frontDoor;
    return target.file === 'open' ? reasons.root : null;
  }
  if (target.folder === '') {
    if (target.file === 'clock') return typeOnly ? null : reasons.clock;
    return reasons.root;
  }
  if (source.folder === 'lake') return reasons.lake;
  if (target.folder === 'lake') return isIndex ? null : reasons.frontDoor;
  return reasons.feature;
}

function builtinRefusal(layer, specifier) {
  if (!specifier.startsWith('node:')) return `write node:${specifier}: a package of the same name could otherwise stand in for it`;
  return layer.node ? null : layer.why;
}

function packageRefusal(source, layer, name) {
  const owned = ownedPackages.find(({ packages }) => packages.some((owner) => name === owner || name.startsWith(`${owner}/`)));
  if (owned !== undefined) {
    const place = source.folder === '' ? source.layer : `${source.layer}/${source.folder}`;
    return owned.owners.includes(place) ? null : owned.why;
  }
  if (layer.packages === 'any') return null;
  if (layer.packages === 'declared') {
    return declared.has(name) ? null : `${name} is not in "dependencies" of package.json: what src needs at run time must be installed with the product`;
  }
  return layer.packages.includes(name) ? null : layer.why;
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
