"""Calculated values and peaks of Lunatic and Stunner: column, other spelling, name, unit."""

from __future__ import annotations

ONE = "(unitless)"
OF_260 = (
    (("A260 Concentration (ng/ul)",), "Concentration", "ng/µL"),
    (("Concentration (ng/ul)",), "Concentration", "ng/µL"),
    (("Background (A260)",), "Background (A260)", "mAU"),
    (("A260/A230",), "A260/A230", ONE),
    (("A260/A280",), "A260/A280", ONE),
)
OF_280 = (
    (("Concentration (mg/ml)",), "Concentration", "mg/mL"),
    (("Background (A280)",), "Background (A280)", "mAU"),
    (("A260/A280",), "A260/A280", ONE),
)
SCATTERING = (
    (("KC/R (mol/g)",), "KC/R (mol/g)", ONE),
    (("kD (ml/g)",), "kD (ml/g)", ONE),
    (("B22 (ml.mol/g^2)",), "B22", ONE),
    (("Optical contrast constant K (m^2 mol kg^-2)",), "Optical contrast constant K", ONE),
    (("Z Ave. Dia (nm)", "Z-Avg Dia. (nm)"), "Z Average Diameter", "nm"),
    (("PdI",), "Polydispersity Index", ONE),
    (("SD Dia (nm)", "SD Dia. (nm)"), "Diameter Standard Deviation", "nm"),
    (("Diffusion coefficient (um^2/s)",), "Diffusion coefficient", ONE),
    (("Peak of Interest Mean Dia (nm)", "PkOI Intensity Mean Dia. (nm)"), "Peak of Interest Mean Diameter", "nm"),
    (("Peak of Interest Mode Dia (nm)",), "Peak of Interest Mode Diameter", "nm"),
    (("Peak of Interest Est. MW (kDa)", "PkOI Est. MW (kDa)"), "Peak of Interest Est. MW", "kDa"),
    (("Peak of Interest Intensity (%)", "PkOI Intensity Area (%)"), "Peak of Interest Intensity", "%"),
    (("Peak of Interest Mass (%)", "PkOI Mass Area (%)"), "Peak of Interest Mass", "%"),
    (("Peak of Interest Diffusion coefficient (um^2/s)",), "Peak of Interest Diffusion coefficient", ONE),
    (("Peak of Interest Mass Mean Dia (nm)", "PkOI Mass Mean Dia. (nm)"), "Peak of Interest Mass Mean Diameter", "nm"),
    (
        ("Peak of Interest Rayleigh ratio R (cm^-1)", "PkOI Rayleigh ratio R (1/km)"),
        "Peak of Interest Rayleigh Ratio R",
        ONE,
    ),
    (("Derived intensity (cps)",), "Derived intensity", ONE),
    (("Rayleigh ratio R (cm^-1)", "Rayleigh ratio R (1/km)"), "Rayleigh ratio R", ONE),
    (("kD goodness of fit",), "kD goodness of fit", ONE),
    (("B22 goodness of fit",), "B22 goodness of fit", ONE),
    (("Viscosity at T (cP)",), "Viscosity at T (cP)", ONE),
    (("Viscosity at 20°C (cP)", "Viscosity at 25°C (cP)"), "Viscosity at 20°C (cP)", ONE),
    (("RI at T",), "RI at T", ONE),
    (("RI at 20°C", "RI at 25°C"), "RI at 20°C", ONE),
    (("Diameter @ C=0 (nm)",), "Diameter @ C=0", "nm"),
    (("Number of Peaks",), "Number of Peaks", ONE),
    (("Number of Angles",), "Number of Angles", ONE),
    (("Angles measured (°)",), "Angles Measured", ONE),
    (("Intercept",), "Intercept", ONE),
)
"""Values of dynamic light scattering; they come with an absorbance at 280 nm."""
NAMES = {"Derived intensity": "Derived intensity (cps)"}
"""Calculated values that have another name than the errors about them."""
FITS = {"kD goodness of fit": "kD linear fit", "B22 goodness of fit": "B22 linear fit"}
"""The column that describes how a value was calculated."""
BY_WAVELENGTH = {"260": OF_260, "280": (*OF_280, *SCATTERING)}
PEAK = (
    ("peak mean diameter", ("mean dia (nm)", "intensity mean dia. (nm)"), "nm"),
    ("peak mode diameter", ("mode dia (nm)",), "nm"),
    ("peak est. MW", ("est. mw (kda)",), "kDa"),
    ("peak intensity", ("intensity (%)", "intensity area (%)"), "%"),
    ("peak mass", ("mass (%)", "mass area (%)"), "%"),
    ("peak mass mean diameter", ("mass mean dia. (nm)",), "nm"),
    ("peak rayleigh ratio", ("rayleigh ratio r (1/km)",), None),
    ("peak diffusion coefficient", ("diffusion coefficient (um^2/s)",), None),
)
"""Label of a peak's value, endings of its columns after `Peak 1` or `Pk1`, unit."""
