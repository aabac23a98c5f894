import { importedName, importOf, memberName } from './syntax.mjs';

const cryptoModules = new Set(['node:crypto', 'crypto']);
const signing = new Set(['sign', 'createSign', 'Sign']);

const message =
  'private keys are used in src/engine/keys only: one place asks whose key it is, what is being signed, and writes it down. Ask it for a signature.';

/** Lets only engine/keys make signatures: sign and createSign of node:crypto, and subtle.sign. Verifying is free. */
export const signingOwner = {
  meta: { type: 'problem', schema: [], docs: { description: 'signatures are made in one place only' } },
  create(context) {
    const isCrypto = (node) => {
      if (node.type !== 'Identifier') return false;
      const imported = importOf(context, node);
      return imported !== null && cryptoModules.has(imported.module) && (imported.name === '*' || imported.name === 'default');
    };
    const isSubtle = (node) => {
      if (node.type === 'MemberExpression') return memberName(node) === 'subtle';
      return node.type === 'Identifier' && (node.name === 'subtle' || importOf(context, node)?.name === 'subtle');
    };
    const judgeSpecifiers = (node) => {
      if (!cryptoModules.has(node.source?.value)) return;
      for (const specifier of node.specifiers) {
        const isType = node.importKind === 'type' || node.exportKind === 'type' || specifier.importKind === 'type' || specifier.exportKind === 'type';
        if (!isType && signing.has(importedName(specifier))) context.report({ node: specifier, message });
      }
    };
    return {
      ImportDeclaration: judgeSpecifiers,
      ExportNamedDeclaration: judgeSpecifiers,
      MemberExpression(node) {
        const name = memberName(node);
        if ((signing.has(name) && isCrypto(node.object)) || (name === 'sign' && isSubtle(node.object))) context.report({ node, message });
      },
    };
  },
};
