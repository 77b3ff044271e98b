// The backend on the graphics processor, for phones that have one: importing it registers 'webgl'.
import '@tensorflow/tfjs-backend-webgl';
