export { createMatrix, type Matrix, takeMatrixRows } from './matrix.ts';
