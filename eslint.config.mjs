import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { plugin } from './scripts/lint/plugin.mjs';

const plain = {
  eqeqeq: ['error', 'always'],
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-fallthrough': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-catch': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
};

const typed = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true, 'ts-nocheck': true }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true }],
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/restrict-plus-operands': 'error',
};

// What comes out of JSON.parse or a database driver is `any`; it must pass a parser before it goes further.
const parsedAtTheEdge = {
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
};

// The command line is joined to files of CommonJS, in which a module cannot wait while it is loaded.
const topLevelAwait = {
  selector: [
    'Program > ExpressionStatement > AwaitExpression',
    'Program > VariableDeclaration > VariableDeclarator > AwaitExpression',
    'Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator > AwaitExpression',
    'Program > ForOfStatement[await=true]',
    'Program > TryStatement > BlockStatement > ExpressionStatement > AwaitExpression',
  ].join(', '),
  message: 'no await at the top of a module: put it into a function, and call that.',
};

export default defineConfig(
  globalIgnores(['out/', '.tsc/', 'coverage/', 'test-results/', 'bench/results/', 'test/fixtures/']),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: { allowDefaultProject: ['*.config.ts'] }, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@typescript-eslint': tseslint.plugin, hms: plugin },
    rules: { ...plain, ...typed },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    rules: { ...plain, 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    // A rule of the house is changed here, for all and with a reason, or not at all.
    linterOptions: { noInlineConfig: true },
    rules: {
      ...parsedAtTheEdge,
      'hms/import-directions': 'error',
      'hms/durable-writes': 'error',
      'hms/signing-owner': 'error',
      'hms/injected-clock': 'error',
      'hms/module-state': 'error',
      'no-restricted-syntax': ['error', topLevelAwait],
    },
  },
  {
    // It is compiled with the DOM's types for Request, Response and streams, which every runtime has; a page has more.
    files: ['src/contract/**'],
    rules: { 'no-restricted-globals': ['error', ...['document', 'window', 'navigator', 'location', 'localStorage', 'sessionStorage', 'self'].map((name) => ({ name, message: 'contract runs anywhere: a page is known in renderer only' }))] },
  },
  // The owners of the dangerous things.
  { files: ['src/engine/lake/durable.ts', 'src/engine/lake/local-disk.ts', 'src/engine/lake/system-disk.ts'], rules: { 'hms/durable-writes': 'off' } },
  { files: ['src/engine/keys/**'], rules: { 'hms/signing-owner': 'off' } },
  { files: ['src/engine/clock.ts', 'src/renderer/host/clock.ts'], rules: { 'hms/injected-clock': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'hms/skip-reason': 'error' } },
);
