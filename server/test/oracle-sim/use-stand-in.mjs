// `node --import` of this file: whoever asks for the package oracledb gets the stand-in over H2. Only the stand-in itself
// and other packages get the real one. A process that serves on it is the product, whole.
import { register } from 'node:module';

const STAND_IN = new URL('./driver.ts', import.meta.url).href;
const resolver = `
  export async function resolve(specifier, context, next) {
    const parent = context.parentURL ?? '';
    const isOurs = parent !== '' && !parent.includes('/node_modules/') && !parent.includes('/oracle-sim/');
    return specifier === 'oracledb' && isOurs ? next(${JSON.stringify(STAND_IN)}, context) : next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(resolver)}`);
