export { OfficerNav } from './officer-nav.tsx';
