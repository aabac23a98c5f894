const message =
  'no state at module level: two lakes can be open in one process, and a test must be able to start afresh. Keep it in what engine/open.ts makes, or in a function.';

/** Forbids `let` and `var` at the top of a module, and empty collections there, which can only be meant to be filled later. */
export const moduleState = {
  meta: { type: 'problem', schema: [], docs: { description: 'no state at module level' } },
  create(context) {
    const judge = (node) => {
      if (node.declare) return;
      if (node.kind === 'let' || node.kind === 'var') context.report({ node, message });
      for (const { init } of node.declarations) {
        if (init?.type === 'NewExpression' && /^(Weak)?(Map|Set)$/.test(init.callee.name) && init.arguments.length === 0) {
          context.report({ node: init, message });
        }
      }
    };
    return {
      'Program > VariableDeclaration': judge,
      'Program > ExportNamedDeclaration > VariableDeclaration': judge,
    };
  },
};
