extension StrategyCard {
  /// On weights that are inverse class sizes up to a constant.
  static let scaleRemark =
    "The same as other inverse weights on another scale: under reduction: mean_over_weights (as "
    + "PyTorch divides, and the study did) the scale cancels, and they train the same to the last "
    + "bits. With reduction: mean_over_examples the scale multiplies the learning rate, and they "
    + "differ."
}
