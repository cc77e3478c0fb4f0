export {
  defineRoute,
  type AnyRoute,
  type RequestContext,
  type Route,
  type RouteInput,
  type Schema,
} from './route.ts';
