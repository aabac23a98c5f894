import { importedName, importOf, isGlobal, memberName } from './syntax.mjs';

const cryptoModules = new Set(['node:crypto', 'crypto']);
const random = new Set(['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'randomUUIDv7', 'getRandomValues', 'pseudoRandomBytes']);

const because = 'only src/engine/clock.ts may ask: time and chance are passed in, so that a test can set them and a run can be repeated';

/** Lets only src/engine/clock.ts read the time of day or draw random values. Monotonic measurements (performance.now) are free: they never reach a record. */
export const injectedClock = {
  meta: { type: 'problem', schema: [], docs: { description: 'time and chance come from one place' } },
  create(context) {
    const report = (node, what) => context.report({ node, message: `${what}: ${because}.` });

    const isCrypto = (node) => {
      if (isGlobal(context, node, 'crypto')) return true;
      if (node.type === 'MemberExpression') return memberName(node) === 'webcrypto';
      if (node.type !== 'Identifier') return false;
      const imported = importOf(context, node);
      return imported !== null && cryptoModules.has(imported.module) && ['*', 'default', 'webcrypto'].includes(imported.name);
    };
    const judgeSpecifiers = (node) => {
      if (!cryptoModules.has(node.source?.value)) return;
      for (const specifier of node.specifiers) {
        const name = importedName(specifier);
        if (random.has(name)) report(specifier, name);
      }
    };

    return {
      ImportDeclaration: judgeSpecifiers,
      ExportNamedDeclaration: judgeSpecifiers,
      MemberExpression(node) {
        const name = memberName(node);
        if (name === 'now' && isGlobal(context, node.object, 'Date')) report(node, 'Date.now');
        else if (name === 'random' && isGlobal(context, node.object, 'Math')) report(node, 'Math.random');
        else if (random.has(name) && isCrypto(node.object)) report(node, name);
      },
      NewExpression(node) {
        if (node.arguments.length === 0 && isGlobal(context, node.callee, 'Date')) report(node, 'new Date() without an argument');
      },
      CallExpression(node) {
        if (isGlobal(context, node.callee, 'Date')) report(node, 'Date()');
      },
      VariableDeclarator(node) {
        // const { now } = Date
        if (node.id.type !== 'ObjectPattern' || node.init === null) return;
        const names = node.id.properties.map((property) => property.key?.name);
        if (names.includes('now') && isGlobal(context, node.init, 'Date')) report(node, 'Date.now');
        if (names.includes('random') && isGlobal(context, node.init, 'Math')) report(node, 'Math.random');
        if (names.some((name) => random.has(name)) && isCrypto(node.init)) report(node, 'drawing random values');
      },
    };
  },
};
