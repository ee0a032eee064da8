extension Combined {
  /// Which part fills which slot.
  struct Slots {
    var weighting: (part: Int, strategy: any LossWeighting)?
    var design: (part: Int, strategy: any LossDesign)?
    var sampling: (part: Int, strategy: any Sampling)?
    var augmentation: (part: Int, strategy: any AugmentationPolicy)?
    var mixing: (part: Int, strategy: any MixingPolicy)?
  }

  /// The parts by slot; throws where a part fills none or one that is filled.
  func slots() throws(InvalidParameter) -> Slots {
    try require(parts.count >= 2, "parts", is: "a list of \(parts.count)")
    var slots = Slots()
    for (index, part) in parts.enumerated() {
      switch part.strategy {
      case let strategy as any LossWeighting:
        try refuse(index, beside: slots.weighting?.part, slot: "loss weights")
        slots.weighting = (index, strategy)
      case let strategy as any LossDesign:
        try refuse(index, beside: slots.design?.part, slot: "loss")
        slots.design = (index, strategy)
      case let strategy as any Sampling:
        try refuse(index, beside: slots.sampling?.part, slot: "sampler")
        slots.sampling = (index, strategy)
      case let strategy as any AugmentationPolicy:
        try refuse(index, beside: slots.augmentation?.part, slot: "augmentation")
        slots.augmentation = (index, strategy)
      case let strategy as any MixingPolicy:
        try refuse(index, beside: slots.mixing?.part, slot: "mixing")
        slots.mixing = (index, strategy)
      default:
        throw InvalidParameter(
          "parts[\(index)]", received: part.name,
          expected: "a strategy that fills the loss, its weights, the sampler, the augmentation or "
            + "the mixing")
      }
    }
    if let design = slots.design, design.strategy.classWeights != nil {
      // The design's own weights are its loss weights.
      try refuse(design.part, beside: slots.weighting?.part, slot: "loss weights")
    }
    let hasWeights = slots.weighting != nil || slots.design?.strategy.classWeights != nil
    guard split == .none || (hasWeights && slots.sampling != nil) else {
      throw InvalidParameter(
        "split", received: "auto", expected: "none, unless parts have a sampler and loss weights")
    }
    return slots
  }

  private func refuse(
    _ index: Int, beside other: Int?, slot: String
  ) throws(InvalidParameter) {
    guard let other else { return }
    throw InvalidParameter(
      "parts", received: "a list with \(parts[other].name) and \(parts[index].name)",
      expected: "a list in which one strategy fills the \(slot)")
  }
}

extension InvalidParameter {
  /// The same error, seen from the strategy that holds the part.
  func inside(part index: Int) -> InvalidParameter {
    InvalidParameter("parts[\(index)].\(parameter)", received: received, expected: expected)
  }
}

extension Double {
  /// With two digits after the point.
  var twoDigits: String {
    let hundredths = Int((abs(self) * 100).rounded())
    let digits = hundredths % 100
    return
      "\(self < 0 && hundredths > 0 ? "−" : "")\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits)"
  }
}
