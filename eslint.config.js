import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';

const SIZE_LIMITS = {
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 70 }],
  'max-params': ['error', 4],
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'var', '**/fixtures/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...SIZE_LIMITS,
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only platform/config reads the environment.' },
        { object: 'Math', property: 'random', message: 'Use ids or platform/crypto.' },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['server/**/*.ts', 'audit/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['server/test/**', '**/test/**', '**/*.spec.ts', 'server/evaluation/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({
          name,
          message: 'Calling out goes through platform/egress.',
        })),
      ],
    },
  },
  {
    files: ['web-admin/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // A `describe` holds many short tests, so the length of the outer function says nothing there.
    files: ['**/*.spec.{ts,tsx}', 'server/test/**/*.ts', 'web-admin/e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    // Programs for a terminal write to it; the configuration loader is the one reader of the environment.
    files: [
      'server/cli/**',
      'server/evaluation/**',
      'server/main.ts',
      'server/test/**',
      'audit/cli*.ts',
      'installer/**',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: [
      'server/platform/config/**',
      'server/test/**',
      'web-admin/e2e/**',
      'server/evaluation/**',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
);
