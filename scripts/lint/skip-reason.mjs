import { importOf, memberName } from './syntax.mjs';

const silent = new Set(['skip', 'skipIf', 'runIf', 'todo']);
const runners = new Set(['it', 'test', 'describe', 'suite']);

/**
 * Forbids the ways to leave out a test that give no reason: it.skip, describe.skipIf, test.todo, and skip() of the test context without a text.
 * `.only` is stopped by the runner itself.
 */
export const skipReason = {
  meta: { type: 'problem', schema: [], docs: { description: 'a test that is left out says why' } },
  create(context) {
    const message = "say why it is left out, so that the run can print it: (ctx) => { ctx.skip(condition, 'reason'); … }, in the test or in beforeEach.";
    return {
      MemberExpression(node) {
        if (!silent.has(memberName(node))) return;
        let base = node.object;
        while (base.type === 'MemberExpression') base = base.object;
        if (base.type === 'Identifier' && runners.has(importOf(context, base)?.name)) context.report({ node, message });
      },
      CallExpression(node) {
        const { callee } = node;
        const isSkip = callee.type === 'MemberExpression' ? memberName(callee) === 'skip' : callee.type === 'Identifier' && callee.name === 'skip';
        if (isSkip && node.arguments.length === 0) context.report({ node, message });
      },
    };
  },
};
