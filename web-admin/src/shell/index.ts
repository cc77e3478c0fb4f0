export { GuardedPage, StartPage } from './guarded-page.tsx';
export { Shell } from './shell.tsx';
