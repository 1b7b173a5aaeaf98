export { createDetection, type Detection, type DetectionParts } from './detection.ts';
