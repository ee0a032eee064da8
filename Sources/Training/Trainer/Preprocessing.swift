import Images
import Recipes

extension ImageConfiguration {
  /// What is done to a picture before it enters the network, step by step, so that another program
  /// can do the same.
  var preprocessing: String {
    let steps = [
      decoding.scale == .exact
        ? "decode in full (JPEG: accurate integer DCT, smooth chroma upsampling)"
        : "decode (JPEG: accurate integer DCT, smooth chroma upsampling; at 1/8, 1/4 or 1/2 of its "
          + "size, sides rounded up, the smallest of these whose sides are both at least twice "
          + "input_height and input_width, or in full)",
      "gamma and colour profiles not applied, gray repeated in three channels, 16 bits rounded to 8,"
        + " first frame or page",
      "transparent pixels laid on white",
      decoding.orientation == .apply
        ? "turn as the EXIF orientation says (before the sides are compared)"
        : "ignore an EXIF orientation",
      "resize to input_height x input_width by the triangle filter widened when shrinking (Pillow's "
        + "BILINEAR, torchvision's with antialias), aspect ratio not kept, rounded to 8 bits once",
      "divide by 255, subtract mean, divide by standard_deviation, channels RGB",
    ]
    return steps.joined(separator: "; ")
  }
}
