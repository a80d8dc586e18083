"""Harmonic and percussive parts of a stereo mix by librosa. Prints the CPU seconds of the separation alone."""

import json
import sys
import time

import librosa
import numpy

mix = numpy.fromfile(sys.argv[1], dtype="<f4").reshape(2, -1)
settings = json.loads(sys.argv[3])
# The first call loads and compiles.
librosa.effects.hpss(mix[:, :8192], **settings)
start = time.process_time()
harmonic, percussive = librosa.effects.hpss(mix, **settings)
print(time.process_time() - start)
numpy.stack([harmonic, percussive]).astype("<f4").tofile(sys.argv[2])
