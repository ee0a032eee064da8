/// How a recurrent network remembers, with PyTorch's gates, their order, and both biases.
///
/// With W from the input, U from the state, b and d their biases, σ the logistic function and ⊙ the
/// product of elements at the same place:
public enum RecurrentCell: String, Codable, CaseIterable, Sendable {
  /// Cho et al., EMNLP 2014, in the form of cuDNN and PyTorch (the reset gate after the product):
  ///
  ///     r = σ(W_r x + b_r + U_r h + d_r)
  ///     z = σ(W_z x + b_z + U_z h + d_z)
  ///     n = tanh(W_n x + b_n + r ⊙ (U_n h + d_n))
  ///     h′ = (1 − z) ⊙ n + z ⊙ h
  case gru
  /// Hochreiter and Schmidhuber 1997, with forget gates (Gers et al. 2000), without peepholes:
  ///
  ///     i, f, o = σ(W x + b + U h + d), each with its own; g = tanh(W_g x + b_g + U_g h + d_g)
  ///     c′ = f ⊙ c + i ⊙ g
  ///     h′ = o ⊙ tanh(c′)
  case lstm

  /// Gates, in PyTorch's order: r, z, n, or i, f, g, o.
  public var gates: Int {
    switch self {
    case .gru: 3
    case .lstm: 4
    }
  }
}
