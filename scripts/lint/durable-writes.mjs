import { importedName, importOf, loadedModule, memberName } from './syntax.mjs';

const fsModules = new Set(['node:fs', 'node:fs/promises', 'fs', 'fs/promises']);

const reading = new Set(
  [
    'access close exists fstat glob lstat open opendir read readdir readFile readlink readv realpath stat statfs',
    'accessSync closeSync existsSync fstatSync globSync lstatSync openSync opendirSync readdirSync readFileSync readlinkSync readSync readvSync',
    'realpathSync statSync statfsSync createReadStream openAsBlob watch unwatchFile watchFile',
    'constants Dir Dirent FileReadStream ReadStream Stats',
  ].flatMap((names) => names.split(' ')),
);

const readOnlyFlags = new Set(['O_RDONLY', 'O_NOFOLLOW', 'O_DIRECTORY', 'O_NONBLOCK', 'O_NOATIME', 'O_SYMLINK']);

const owner =
  'only src/engine/lake/durable.ts changes files, because what survives a crash or a lost share depends on the order of every step: use one of its primitives';

/**
 * Lets src use only the reading half of node:fs, by import as well as through the module object, and open files only for reading.
 * A flag must be left out, be the literal 'r', or be built from constants that cannot write (O_RDONLY, O_NOFOLLOW, …).
 */
export const durableWrites = {
  meta: { type: 'problem', schema: [], docs: { description: 'files are changed in one place only' } },
  create(context) {
    const report = (node, name) => context.report({ node, message: `${name} changes files: ${owner}.` });
    const reportFlag = (node) => context.report({ node, message: `a file may be opened here only with 'r' or no flag at all: ${owner}.` });
    const reportUnnamed = (node) =>
      context.report({ node, message: `import what you read with by name, so that one can see that nothing is written: ${owner}.` });

    const judgeUse = (node, name) => {
      if (!reading.has(name)) return report(node, name);
      const { parent } = node;
      if (parent.type !== 'CallExpression' || parent.callee !== node) {
        // Handed on as a value, nobody can see which flag it will be called with.
        if ((name === 'open' || name === 'openSync') && !isTypeUse(parent)) reportFlag(node);
        return undefined;
      }
      if ((name === 'open' || name === 'openSync') && !opensForReading(parent.arguments[1])) reportFlag(parent);
      if (parent.arguments.some((argument) => hasWritingFlag(argument))) reportFlag(parent);
      return undefined;
    };

    const judgeModuleObject = (identifier) => {
      const { parent } = identifier;
      if (isTypeUse(parent)) return;
      if (parent.type !== 'MemberExpression' || parent.object !== identifier) return reportUnnamed(identifier);
      const name = memberName(parent);
      if (name === null) return reportUnnamed(parent);
      if (name === 'promises' || name === 'default') return judgeModuleObject(parent);
      return judgeUse(parent, name);
    };

    const judgeSpecifier = (specifier) => {
      if (specifier.importKind === 'type') return;
      const name = importedName(specifier);
      const references = context.sourceCode.getDeclaredVariables(specifier)[0]?.references ?? [];
      const isModule = name === '*' || name === 'default' || name === 'promises';
      if (!isModule && !reading.has(name)) return report(specifier, name);
      for (const { identifier } of references) {
        if (isModule) judgeModuleObject(identifier);
        else judgeUse(identifier, name);
      }
    };

    const judgeExport = (node) => {
      if (node.exportKind === 'type' || !fsModules.has(node.source?.value)) return;
      for (const specifier of node.specifiers ?? [null]) {
        const name = specifier === null ? '*' : importedName(specifier);
        if (specifier?.exportKind !== 'type' && (!reading.has(name) || name.startsWith('open'))) reportUnnamed(node);
      }
    };

    const judgeLoad = (node) => {
      if (fsModules.has(loadedModule(node))) reportUnnamed(node);
    };

    return {
      ImportDeclaration(node) {
        if (node.importKind === 'type' || !fsModules.has(node.source.value)) return;
        for (const specifier of node.specifiers) judgeSpecifier(specifier);
      },
      // `export { writeFile }` of something imported above is a reference too and comes through judgeUse; this is `export … from`.
      ExportNamedDeclaration: judgeExport,
      ExportAllDeclaration: judgeExport,
      ImportExpression: judgeLoad,
      CallExpression: judgeLoad,
    };

    function opensForReading(flag) {
      if (flag === undefined || /Function/.test(flag.type)) return true;
      if (flag.type === 'Literal') return flag.value === 'r';
      return isReadOnlyConstant(flag);
    }

    function isReadOnlyConstant(node) {
      if (node.type === 'BinaryExpression') return node.operator === '|' && isReadOnlyConstant(node.left) && isReadOnlyConstant(node.right);
      if (node.type !== 'MemberExpression' || !readOnlyFlags.has(memberName(node))) return false;
      const { object } = node;
      if (object.type === 'Identifier') {
        const imported = importOf(context, object);
        return imported !== null && fsModules.has(imported.module) && imported.name === 'constants';
      }
      return object.type === 'MemberExpression' && memberName(object) === 'constants';
    }

    function hasWritingFlag(argument) {
      if (argument.type !== 'ObjectExpression') return false;
      return argument.properties.some(({ key, value }) => (key?.name === 'flag' || key?.name === 'flags') && !opensForReading(value));
    }
  },
};

function isTypeUse(parent) {
  return parent.type === 'TSTypeQuery' || parent.type === 'TSQualifiedName' || parent.type === 'TSTypeReference';
}
