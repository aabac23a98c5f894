import { relative, sep } from 'node:path';

/** The path of the file under inspection, from the project's folder, with forward slashes. */
export function pathOf(context) {
  return relative(context.cwd, context.filename).split(sep).join('/');
}

/** The name of a member that is written out (`a.name`, `a['name']`), else null. */
export function memberName(node) {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : null;
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : null;
}

/** The variable that an identifier stands for, or null for a global that the file does not declare. */
export function variableOf(context, identifier) {
  for (let scope = context.sourceCode.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) return variable.defs.length > 0 ? variable : null;
  }
  return null;
}

/** True for `name` and `globalThis.name` where the file does not declare that name itself. */
export function isGlobal(context, node, name) {
  if (node.type === 'Identifier') return node.name === name && variableOf(context, node) === null;
  return node.type === 'MemberExpression' && memberName(node) === name && isGlobal(context, node.object, 'globalThis');
}

/** The import that an identifier comes from: `{ module, name }`, name "*" for a namespace and "default"; null when it is not imported. */
export function importOf(context, identifier) {
  const definition = variableOf(context, identifier)?.defs[0];
  if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return null;
  return { module: definition.parent.source.value, name: importedName(definition.node) };
}

/** The name under which an import or export specifier takes its thing from the other module. */
export function importedName(specifier) {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  const name = specifier.type === 'ImportSpecifier' ? specifier.imported : specifier.local;
  return name.type === 'Identifier' ? name.name : name.value;
}

/** The module named by `import('…')`, `require('…')`, `createRequire(…)('…')` or `process.getBuiltinModule('…')`, else null. */
export function loadedModule(node) {
  if (node.type === 'ImportExpression') return literal(node.source);
  if (node.type !== 'CallExpression') return null;
  const byName = node.callee.type === 'Identifier' && node.callee.name === 'require';
  const byMember = node.callee.type === 'MemberExpression' && memberName(node.callee) === 'getBuiltinModule';
  return byName || byMember ? literal(node.arguments[0]) : null;
}

function literal(node) {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}
