import Images
import Testing

@Suite struct TransformParameterTests {
  @Test("every name has parameters, defaults that are valid, and makes itself again")
  func table() throws {
    for name in PixelTransform.names {
      let parameters = try #require(PixelTransform.parameters(of: name))
      let transform = try PixelTransform(name: name)
      #expect(transform.name == name)
      #expect(transform.values.count == parameters.count)
      for parameter in parameters {
        // `value` of erasing is a Float.
        #expect(transform.values[parameter.key] == parameter.default)
        #expect(!parameter.meaning.isEmpty)
      }
      #expect(try PixelTransform(name: name, values: transform.values) == transform)
    }
    #expect(PixelTransform.parameters(of: "horizontalFlip") == nil)
  }

  @Test func givenNumbersReachTheirPlaces() throws {
    #expect(
      try PixelTransform(
        name: "resized_crop",
        values: ["min_scale": 0.1, "max_scale": 0.2, "min_ratio": 0.3, "max_ratio": 0.4])
        == .resizedCrop(minScale: 0.1, maxScale: 0.2, minRatio: 0.3, maxRatio: 0.4))
    #expect(
      try PixelTransform(
        name: "color_jitter",
        values: ["brightness": 0.1, "contrast": 0.2, "saturation": 0.3, "hue": 0.4])
        == .colorJitter(brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4))
    #expect(
      try PixelTransform(
        name: "erasing",
        values: ["probability": 0.25, "min_area": 0.1, "max_area": 0.2, "value": 0.5])
        == .erasing(probability: 0.25, minArea: 0.1, maxArea: 0.2, value: 0.5))
  }

  @Test(
    "wrong names, keys and numbers are said",
    arguments: [
      ("flip", [:], "flip: received an unknown name, expected one of horizontal_flip, "),
      ("shift", ["degrees": 1], "shift.degrees: received an unknown key, expected one of amount"),
      (
        "shift", ["amount": 1.5],
        "shift.amount: received 1.5, expected a number from 0.0 to 1.0 (largest move"
      ),
      ("rotation", ["degrees": -1], "rotation.degrees: received -1.0"),
      ("horizontal_flip", ["probability": .nan], "horizontal_flip.probability: received nan"),
      ("rotation", ["degrees": .infinity], "rotation.degrees: received inf"),
      (
        "scale", ["minimum": 1.2],
        "scale.minimum: received 1.2, expected no more than maximum, which is 1.1"
      ),
      ("blur", ["min_sigma": 3], "blur.min_sigma: received 3.0, expected no more than max_sigma"),
      ("erasing", ["min_area": 0.9], "erasing.min_area: received 0.9, expected no more than"),
      ("resized_crop", ["max_ratio": 0.1], "resized_crop.min_ratio: received 0.75"),
    ] as [(String, [String: Double], String)])
  func errors(name: String, values: [String: Double], message: String) {
    let error = #expect(throws: InvalidTransform.self) {
      try PixelTransform(name: name, values: values)
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func strengthScalesTheDistanceFromDoingNothing() {
    #expect(PixelTransform.shift(amount: 0.2).scaled(by: 0.5) == .shift(amount: 0.1))
    #expect(PixelTransform.shift(amount: 0.2).scaled(by: 9) == .shift(amount: 1))
    #expect(
      PixelTransform.scale(minimum: 0.5, maximum: 1.5).scaled(by: 0.5)
        == .scale(minimum: 0.75, maximum: 1.25))
    #expect(
      PixelTransform.horizontalFlip(probability: 0.4).scaled(by: 2)
        == .horizontalFlip(probability: 0.5))
    #expect(
      PixelTransform.horizontalFlip(probability: 0.8).scaled(by: 2)
        == .horizontalFlip(probability: 0.8))
    #expect(
      PixelTransform.erasing(probability: 0.5, minArea: 0.1, maxArea: 0.2, value: 0.3)
        .scaled(by: 2) == .erasing(probability: 0.5, minArea: 0.2, maxArea: 0.4, value: 0.3))
  }
}
