// The backend in plain JavaScript, for a browser without WebAssembly and for Node: importing it registers 'cpu'.
import '@tensorflow/tfjs-backend-cpu';
