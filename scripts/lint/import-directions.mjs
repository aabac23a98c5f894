import { refusal } from './directions.mjs';
import { loadedModule, pathOf } from './syntax.mjs';

/** Holds every import, export-from, import type and dynamic import of src against the table in layers.mjs. */
export const importDirections = {
  meta: { type: 'problem', schema: [], docs: { description: 'imports go in one direction' } },
  create(context) {
    const from = pathOf(context);
    const judge = (node, specifier, typeOnly) => {
      const why = typeof specifier === 'string' ? refusal(from, specifier, { typeOnly }) : null;
      if (why !== null) context.report({ node, message: `'${specifier}' may not be imported here: ${why}.` });
    };
    const load = (node) => judge(node, loadedModule(node), false);
    return {
      // `import { type X }` is not a type import: it is emitted as `import {}` and runs the module.
      ImportDeclaration: (node) => judge(node, node.source.value, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => judge(node, node.source?.value, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => judge(node, node.source.value, node.exportKind === 'type'),
      TSImportType: (node) => judge(node, (node.source ?? node.argument?.literal)?.value, true),
      ImportExpression: load,
      CallExpression: load,
    };
  },
};
