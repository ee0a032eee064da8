/// Which implementations a run may use; stored with the run, because it changes last bits.
public enum ConvolutionPolicy: String, Codable, Sendable, CaseIterable {
  /// The fastest.
  case fastest
  /// Only those that add up the products of the definition: neither Winograd's transforms nor
  /// Strassen's method, which multiply sums of elements. Sums may still be cut and products fused
  /// with additions.
  ///
  /// Stored runs spell it `withoutWinograd`, experiment files `exact` or `without_winograd`.
  case exact = "withoutWinograd"
  /// The loops that define the answer.
  case reference
}
