// Entry of the drawing thread: draws one picture, hands the bytes back, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { drawThumbnail, type ThumbnailOrder } from './thumbnail.ts';

parentPort?.postMessage(drawThumbnail(workerData as ThumbnailOrder));
